/** The contracts whole, for forms to be checked by; always imported when a form is sent, never before. */
export { addAddress, changePassword, renameMe } from '#contracts/http/profile.ts';
export { beginSession, registerInSession } from '#contracts/http/sessions.ts';
