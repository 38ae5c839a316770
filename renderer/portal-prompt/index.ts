export { RoamkitPortalPrompt } from './portal-prompt-element.js';
export type { PortalPromptStrings } from './prompt-strings.js';
export { registerPortalPrompt } from './register-portal-prompt.js';
