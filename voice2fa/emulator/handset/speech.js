// Speaks what the caller says, with the browser's own voices. The transcript stays the record: speech may be missing.

// The carrier's names of locales, where browsers have others.
const TAGS = { arb: "ar", "cmn-CN": "zh-CN", "en-UK": "en-GB", "en-GB-WLS": "en-GB" };

export class Voice {
  constructor() {
    this.isOn = true;
    this.queue = [];
    this.current = null;
  }

  static isAvailable() {
    return "speechSynthesis" in window && "SpeechSynthesisUtterance" in window;
  }

  turn(isOn) {
    this.isOn = isOn;
    if (!isOn) this.hush();
  }

  /** Speaks after what the same call said before. */
  say({ callId, text, locale }) {
    if (!this.isOn || !Voice.isAvailable() || !text) return;
    const tag = (locale || "en-US").replaceAll("_", "-");
    this.queue.push({ callId, text, locale: TAGS[tag] ?? tag });
    if (!this.current) this.next();
  }

  /** Stops speaking for one call, or for all of them. */
  hush(callId = null) {
    if (!Voice.isAvailable()) return;
    this.queue = this.queue.filter((line) => callId !== null && line.callId !== callId);
    if (this.current && (callId === null || this.current.callId === callId)) {
      this.current = null;
      speechSynthesis.cancel();
      this.next();
    }
  }

  next() {
    const line = this.queue.shift() ?? null;
    this.current = line;
    if (!line) return;
    const utterance = new SpeechSynthesisUtterance(line.text);
    utterance.lang = line.locale;
    utterance.voice = findVoice(line.locale);
    // Cancelling reports an end as well, perhaps after the next line began: only the line that is current may go on.
    utterance.onend = utterance.onerror = () => {
      if (this.current === line) this.next();
    };
    speechSynthesis.speak(utterance);
  }
}

function findVoice(locale) {
  const voices = speechSynthesis.getVoices();
  const language = locale.split("-")[0];
  return voices.find((voice) => voice.lang.replace("_", "-") === locale)
    ?? voices.find((voice) => voice.lang.split(/[-_]/)[0] === language)
    ?? null;
}
