/**
 * The package's major and minor number: a patch never changes what crosses. A page, preload script or main process of
 * another version gets nothing from this one but a refusal (`version`), which all versions understand: docs/adr/0016
 * says what that takes. On its own here, since a page needs no more of the contract at run time.
 */
export const CONTRACT_VERSION = '0.1';
