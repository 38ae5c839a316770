import { RoamkitPortalPrompt } from './portal-prompt-element.js';

const NAME = 'roamkit-portal-prompt';

declare global {
  interface HTMLElementTagNameMap {
    'roamkit-portal-prompt': RoamkitPortalPrompt;
  }
}

/**
 * Makes `<roamkit-portal-prompt>` known to this page. Prompts that are in the page already come to life.
 *
 * ```ts
 * import { registerPortalPrompt } from 'roamkit/portal-prompt';
 * registerPortalPrompt();
 * document.body.append(document.createElement('roamkit-portal-prompt'));
 * ```
 *
 * Harmless where it is called twice, and on a server, where there is nothing to register.
 */
export function registerPortalPrompt(): void {
  const registry = globalThis.customElements;
  if (registry !== undefined && registry.get(NAME) === undefined) registry.define(NAME, RoamkitPortalPrompt);
}
