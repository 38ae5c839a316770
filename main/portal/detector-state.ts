import { detectorStatus, overallFinding, type PortalFindings } from '../../core/portal-findings.js';
import type { DetectorStatus, PortalInfo } from '../../core/portal-types.js';
import { isSamePortal } from '../../core/same-portal.js';

/** What a {@link PortalDetector} knows. Immutable; a new object whenever something in it changed. */
export interface PortalDetectorState {
  /** The better of both families'. */
  readonly status: DetectorStatus;
  readonly families: { readonly 4: DetectorStatus; readonly 6: DetectorStatus };
  readonly portal: PortalInfo | null;
  /** The monitor's generation that all of this is about. */
  readonly generation: number;
}

/** Findings as a state. */
export function stateOf(findings: PortalFindings, generation: number): PortalDetectorState {
  return Object.freeze({
    status: detectorStatus(overallFinding(findings)),
    families: Object.freeze({ 4: detectorStatus(findings[4]), 6: detectorStatus(findings[6]) }),
    portal: findings.portal,
    generation,
  });
}

/** Whether two states say the same. */
export function isSameState(a: PortalDetectorState, b: PortalDetectorState): boolean {
  return (
    a.status === b.status &&
    a.generation === b.generation &&
    a.families[4] === b.families[4] &&
    a.families[6] === b.families[6] &&
    isSamePortal(a.portal, b.portal)
  );
}
