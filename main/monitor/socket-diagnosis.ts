/**
 * What the kernel knows of a TCP socket that tells a connection that works from one that is stuck: a part of `struct
 * tcp_info` (tcp(7), <linux/tcp.h>), as sock_diag(7) tells it.
 */
export interface SocketDiagnosis {
  /** As in RFC 9293 section 3.3.2; `time-wait` and listening sockets are no connections and give `null` instead. */
  readonly state:
    | 'established'
    | 'syn-sent'
    | 'syn-received'
    | 'fin-wait-1'
    | 'fin-wait-2'
    | 'close'
    | 'close-wait'
    | 'last-ack'
    | 'closing';
  /** The ifindex of the link that the socket is bound to (SO_BINDTODEVICE), else `null`. */
  readonly boundIfindex: number | null;
  /** Segments that were sent and not acknowledged yet. */
  readonly unackedSegments: number;
  /**
   * How often the oldest of them was sent again because its time ran out (RFC 6298), with nothing acknowledged since. Probes
   * of a peer that takes nothing for now (a window of zero) do not count.
   */
  readonly retransmits: number;
  /** How often the time was doubled since. */
  readonly backoff: number;
  /** Probes of a window of zero, or keep-alives, that nobody has answered yet. */
  readonly probes: number;
  /** Segments sent again since the connection began, for whatever reason. */
  readonly totalRetransmits: number;
  /** The retransmission timeout now, in milliseconds; doubled `backoff` times. */
  readonly rtoMs: number;
  /** Bytes that the peer has acknowledged since the connection began. */
  readonly bytesAcked: number;
  /** Bytes that came from the peer, in order, since the connection began. */
  readonly bytesReceived: number;
  /** Bytes that were sent and not acknowledged yet. */
  readonly inFlightBytes: number;
  /** Bytes that wait to be sent. */
  readonly notSentBytes: number;
  /** How long ago the last acceptable acknowledgement came, in milliseconds; nearly every segment carries one. */
  readonly lastAckReceivedMs: number;
  /** How long ago the last data came, in milliseconds; very large where none ever came. */
  readonly lastDataReceivedMs: number;
  /** How many bytes the peer takes; 0: it has told us to wait. `null` before Linux 5.4. */
  readonly sendWindowBytes: number | null;
  /** How many bytes we have told the peer that we take. `null` before Linux 6.2. */
  readonly receiveWindowBytes: number | null;
}
