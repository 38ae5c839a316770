import { linkDown, type TwoLinkLab } from '../../test/lab/index.js';
import type { Hotel } from './hotel.js';
import type { Step } from './step.js';

/** How the story ends: in a hotel, whose Wi-Fi wants to be signed in to. Begins with Wi-Fi and Ethernet. */
export function hotelStory(net: TwoLinkLab, hotel: Hotel): readonly Step[] {
  let signedIn: Promise<void> | null = null;
  return [
    {
      title: 'A hotel’s Wi-Fi',
      text: 'No cable here, and a captive portal. Nobody connects in vain: the page asks the user to sign in, and signals wait.',
      play: async () => {
        await linkDown(net.ethernet.a);
        const joinAgain = await linkDown(net.wifi.a);
        await hotel.holdBack();
        // Whoever looks on may sign in before the story does.
        signedIn = hotel.letThrough();
        signedIn.catch(() => {});
        await joinAgain();
      },
    },
    {
      title: 'A click on “Sign in”',
      text: 'The portal’s page opens in a window of its own, which shares nothing with the application and forgets all.',
      play: (user) => user.openSignIn(),
    },
    {
      title: 'Signed in',
      text: 'The window closes by itself. The way is open, and whatever waited for it is back.',
      play: async (user) => {
        await user.signIn();
        await signedIn;
      },
    },
  ];
}
