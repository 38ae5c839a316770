import { createElement, type ReactElement, useEffect, useRef } from 'react';
import type { RoamkitPortalPrompt } from '../portal-prompt/portal-prompt-element.js';
import type { PortalPromptStrings } from '../portal-prompt/prompt-strings.js';

/** Of {@link PortalPrompt}; what each means, `<roamkit-portal-prompt>` says. */
export interface PortalPromptProps {
  /** Default `notice`. */
  readonly variant?: 'notice' | 'dialog';
  /** Default: as the system says. */
  readonly theme?: 'light' | 'dark';
  /** What differs from the English default. */
  readonly strings?: Partial<PortalPromptStrings>;
  readonly className?: string;
  readonly id?: string;
  /** Before the sign-in window is opened; `event.preventDefault()` keeps it closed. */
  readonly onSignIn?: (event: Event) => void;
  readonly onRecheck?: (event: Event) => void;
  readonly onDismiss?: (event: Event) => void;
}

const NO_STRINGS: Partial<PortalPromptStrings> = {};

/**
 * `<roamkit-portal-prompt>` as a component. It shows nothing until the page has called `registerPortalPrompt()` of
 * `roamkit/portal-prompt`, once: so that only pages which use the prompt carry it.
 */
export function PortalPrompt(props: PortalPromptProps): ReactElement {
  const { variant, theme, id, className, strings = NO_STRINGS } = props;
  const element = useRef<RoamkitPortalPrompt>(null);
  useEffect(() => {
    if (element.current !== null) element.current.strings = { ...strings } as PortalPromptStrings;
  }, [strings]);
  useListener(element, 'roamkit-sign-in', props.onSignIn);
  useListener(element, 'roamkit-recheck', props.onRecheck);
  useListener(element, 'roamkit-dismiss', props.onDismiss);
  // React 18 passes `class`, and not `className`, to elements that it does not know.
  return createElement('roamkit-portal-prompt', { ref: element, variant, theme, id, class: className });
}

// React 18 has no events of other elements' own.
function useListener(
  element: { readonly current: HTMLElement | null },
  name: string,
  listener: ((event: Event) => void) | undefined,
): void {
  useEffect(() => {
    const target = element.current;
    if (target === null || listener === undefined) return;
    target.addEventListener(name, listener);
    return () => target.removeEventListener(name, listener);
  }, [element, name, listener]);
}
