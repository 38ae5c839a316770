// An application's own preload script in a window without a sandbox, where it may require packages.
require('roamkit/preload').exposeRoamkit();
