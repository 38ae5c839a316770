// A page of the crowd: it has never heard of roamkit. Something numbered comes over each of its connections all the time; what comes
// out of order or ends is told.
const PAUSE_MS = 200;
// Longer than TCP's pauses between retransmissions after a blip.
const PATIENCE_MS = 30_000;

/** The main process takes in what is written here. */
function say(report) {
  console.log(JSON.stringify(report));
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How each kind connects: hands over texts as they come, and its end; returns what closes it. */
const KINDS = {
  WebSocket({ address }, receive, end) {
    const socket = new WebSocket(`ws://${address}`);
    let timer;
    let count = 0;
    socket.onopen = () => {
      timer = setInterval(() => socket.send(`${count++} ${Date.now()}`), PAUSE_MS);
    };
    socket.onmessage = ({ data }) => receive(data);
    socket.onclose = ({ code }) => {
      clearInterval(timer);
      end(`close ${code}`);
    };
    return () => socket.close();
  },
  EventSource({ address }, receive, end) {
    const events = new EventSource(`http://${address}/events`);
    events.onmessage = ({ data }) => receive(data);
    // It would come back by itself.
    events.onerror = () => {
      events.close();
      end('error');
    };
    return () => events.close();
  },
  fetch({ address }, receive, end) {
    const abort = new AbortController();
    readLines(`http://${address}/stream`, abort.signal, receive).then(
      () => end('ended'),
      (error) => end(String(error)),
    );
    return () => abort.abort();
  },
};

async function readLines(url, signal, receive) {
  const response = await fetch(url, { signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) receive(line);
  }
}

/** A connection, from its opening to its end. */
class Talk {
  /** When what came last was sent. */
  provenAt = Number.NEGATIVE_INFINITY;
  #isOver = false;
  #received = 0;
  #disconnect = () => {};

  constructor(member) {
    this.member = member;
    this.name = `${member.library} ${member.id}`;
  }

  /** Tries until it is open: Chromium gives up what is connecting when an address changes. */
  async open() {
    while (!(await this.#tryToOpen())) await pause(PAUSE_MS);
  }

  close() {
    this.#isOver = true;
    this.#disconnect();
  }

  #tryToOpen() {
    return new Promise((resolve) => {
      let isOpen = false;
      const receive = (text) => {
        if (isOpen) this.#receive(text);
        else say({ is: 'opened', id: this.member.id, side: this.member.side, port: Number(text) });
        isOpen = true;
        resolve(true);
      };
      this.#disconnect = KINDS[this.member.library](this.member, receive, (why) => {
        if (isOpen) this.#broken(why);
        else resolve(false);
      });
    });
  }

  #receive(text) {
    const [number, sentAt] = text.split(' ').map(Number);
    if (number !== this.#received) this.#broken(`${number} came for ${this.#received}`);
    this.#received = number + 1;
    this.provenAt = sentAt;
  }

  #broken(why) {
    if (this.#isOver) return;
    this.close();
    const { id, side } = this.member;
    say({ is: 'broken', id, member: this.name, side, why });
  }
}

const talks = new Map();

globalThis.crowd = {
  /** Opens connections; those that these members had are closed before. */
  async open(members) {
    for (const member of members) {
      talks.get(member.id)?.close();
      talks.set(member.id, new Talk(member));
    }
    await Promise.all(members.map(({ id }) => talks.get(id).open()));
  },
  /** Waits until something came that was sent later than now; resolves to the names of those where nothing did. */
  async prove(side) {
    const since = Date.now();
    const wanted = [...talks.values()].filter(({ member }) => side === 'both' || member.side === side);
    const silent = () => wanted.filter(({ provenAt }) => provenAt < since);
    while (silent().length > 0 && Date.now() < since + PATIENCE_MS) await pause(20);
    return silent().map(({ name }) => name);
  },
};
