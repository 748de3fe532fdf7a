// Turns the carrier's words into words for people.

// ITU-T E.164: country codes of one and two digits; all others have three.
const SHORT_CODES = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

const CAUSES = {
  hangup: "hung up",
  cancel: "cancelled by the site",
  busy: "busy",
  timeout: "no answer",
  rejected: "declined",
  "callback-error": "callback failed",
  "invalid-bxml": "invalid BXML",
  "account-limit": "account limit",
  "node-capacity-exceeded": "carrier at capacity",
  "application-error": "unsupported action",
  error: "carrier error",
  unknown: "unknown cause",
};

const PHRASES = {
  200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved", 302: "Found", 400: "Bad Request",
  401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Not Allowed", 409: "Conflict", 410: "Gone",
  413: "Too Large", 415: "Unsupported Type", 422: "Unprocessable", 429: "Too Many", 500: "Server Error",
  502: "Bad Gateway", 503: "Unavailable", 504: "Timed Out",
};

/** Writes an E.164 number the way people read it; anything else comes back as it is. */
export function formatNumber(number) {
  const text = String(number ?? "");
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(text);
  if (american) return `+1 (${american[1]}) ${american[2]}-${american[3]}`;
  if (!/^\+\d{7,15}$/.test(text)) return text || "Unknown number";
  const digits = text.slice(1);
  const code = SHORT_CODES.exec(digits)?.[0] ?? digits.slice(0, 3);
  const rest = digits.slice(code.length);
  return `+${code} ${rest.slice(0, -4).replace(/(\d{3})(?=\d)/g, "$1 ")} ${rest.slice(-4)}`;
}

// Of a call that a phone on this page made.
const CAUSES_FROM_HERE = { cancel: "given up", rejected: "rejected by the site" };

/** Says why a call ended; a cause that we do not know is shown as the carrier spelt it. */
export function describeCause(cause, isFromHere = false) {
  if (!cause) return "";
  return (isFromHere && CAUSES_FROM_HERE[cause]) || (CAUSES[cause] ?? cause);
}

/** Writes seconds as 0:07, 12:34 or 1:02:03. */
export function formatDuration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Writes an ISO time as local time of day, with seconds. */
export function formatTime(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleTimeString([], { hour12: false });
}

/** Writes a date as the clock of a phone does. */
export function formatClock(date) {
  return date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** Writes an HTTP status with its phrase. */
export function formatStatus(status) {
  return status ? `${status} ${PHRASES[status] ?? ""}`.trim() : "No reply";
}

/** Writes a duration in milliseconds. */
export function formatMilliseconds(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "";
  return milliseconds < 10 ? `${Number(milliseconds).toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}
