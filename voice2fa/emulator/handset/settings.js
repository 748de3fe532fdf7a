// Remembers the reader's switches. A browser may refuse storage (private window, embedded page): then nothing is kept.

const PREFIX = "voice2fa-handset-";

/** Returns the remembered switch, or true where nothing is remembered. */
export function recall(name) {
  try {
    return localStorage.getItem(PREFIX + name) !== "off";
  } catch {
    return true;
  }
}

/** Keeps a switch for the next visit. */
export function remember(name, isOn) {
  try {
    localStorage.setItem(PREFIX + name, isOn ? "on" : "off");
  } catch {
    // Nothing to do: the switch still holds until the page is closed.
  }
}
