// Lets the computer's keyboard work the phone in front.

const TYPING = "input, textarea, select, [contenteditable]";
const PRESSABLE = "a, button, summary";

/** Listens on the document while isOn() (single keys must be possible to turn off: WCAG 2.1.4). */
export function listenForKeys(desk, isOn) {
  document.addEventListener("keydown", (event) => {
    const phone = desk.shown;
    if (!isOn() || !phone || isMeantElsewhere(event)) return;
    if (/^[0-9*#]$/.test(event.key) && phone.phase === "answered") phone.press(event.key);
    else if (event.key === "Enter" && phone.phase === "ringing" && !event.target.closest?.(PRESSABLE)) phone.perform("answer");
    else if (event.key === "Escape" && phone.phase === "ringing") phone.perform("reject");
    else if (event.key === "Escape" && ["answered", "calling"].includes(phone.phase)) phone.perform("hangup");
    else return;
    event.preventDefault();
  });
}

function isMeantElsewhere(event) {
  return event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey
    || Boolean(event.target.closest?.(TYPING));
}
