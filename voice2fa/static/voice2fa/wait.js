// Follows a call while its page is open: asks for news, shows them, and goes on once the call is approved.
"use strict";

(() => {
  const page = document.querySelector("[data-status-url]");
  if (!page) return;

  const POLL = 700; // milliseconds between two questions
  const SLOWEST = 3000; // milliseconds, once questions fail
  const PATIENCE = 8000; // milliseconds for one answer
  const FAILURES_TO_MENTION = 3;

  const { statusUrl, waitUrl, verificationId, interrupted } = page.dataset;
  const find = (name) => page.querySelector(`[data-voice2fa-${name}]`);
  const sentence = find("sentence");
  const steps = find("steps");
  const countdown = find("countdown");
  const tries = find("tries");
  const completeForm = find("complete");
  const resendButton = page.querySelector("[data-voice2fa-resend-in]");
  const loadedAt = performance.now();
  const secondsSinceLoad = () => (performance.now() - loadedAt) / 1000;

  // Not reload(): after a wrong code this page is the answer to a POST, which must not be sent again.
  const renew = () => location.replace(waitUrl);

  let etag = "";
  let failures = 0;
  let asking = null; // the question under way
  let isLeaving = false;
  let secondLooks = 2;
  let lastSentence = sentence ? sentence.textContent.trim() : "";

  // A live region is written only when its words change, or a screen reader repeats them.
  const say = (words) => {
    if (sentence && words && sentence.textContent.trim() !== words) sentence.textContent = words;
  };

  // From now on there is no key to press, but a code to type; that it came too early is over.
  const showTold = () => {
    for (const error of page.querySelectorAll(".voice2fa-code-form [role=alert]")) error.remove();
    for (const [name, isHidden] of [["untold", true], ["told", false]]) {
      const words = find(name);
      if (words) words.hidden = isHidden;
    }
  };

  const showProgress = (progress) => {
    if (!steps || progress === page.dataset.progress) return;
    const items = [...steps.children];
    let current = items.findIndex((item) => item.dataset.step === progress);
    // Once the call is answered, whatever happens in it belongs to the last step.
    if (current < 0 || progress === "answered") current = items.length - 1;
    page.dataset.progress = progress;
    if (progress === "code_told") showTold();
    items.forEach((item, index) => {
      const status = index < current ? "done" : index === current ? "current" : "todo";
      item.dataset.status = status;
      item.toggleAttribute("aria-current", false);
      if (status === "current") item.setAttribute("aria-current", "step");
      const word = item.querySelector("[data-voice2fa-word]");
      if (word) word.textContent = steps.dataset[status];
    });
  };

  // Once only, in one tab: if the server sends the person back here, the button is theirs to press.
  const complete = () => {
    const mark = "voice2fa-completed";
    try {
      if (!completeForm || localStorage.getItem(mark) === verificationId) return false;
      localStorage.setItem(mark, verificationId);
    } catch {
      return false; // no storage: no way to tell a second time from the first
    }
    completeForm.hidden = false;
    completeForm.requestSubmit();
    return true;
  };

  // Another tab goes on from here, and has the session's new key in a moment: follow it then, not before.
  const lookAgain = () => {
    etag = "";
    secondLooks -= 1;
    return secondLooks < 0 ? renew() : ask(POLL);
  };

  const show = (news) => {
    if (news.id !== verificationId) return renew();
    if (news.is_approved && complete()) return undefined;
    if (news.state === "approved") return lookAgain();
    if (!news.is_live) return renew();
    // The code has served: the page goes on without it.
    if (news.progress === "recognised" && page.dataset.progress !== "recognised") return renew();
    lastSentence = news.sentence;
    say(news.sentence);
    showProgress(news.progress);
    if (tries && news.tries_left !== undefined) tries.textContent = news.tries_left;
    return ask(POLL);
  };

  const fail = () => {
    failures += 1;
    if (failures >= FAILURES_TO_MENTION) say(interrupted);
    ask(Math.min(POLL * 2 ** failures, SLOWEST));
  };

  const request = async () => {
    const headers = { Accept: "application/json" };
    if (etag) headers["If-None-Match"] = etag;
    asking = new AbortController();
    setTimeout((question) => question.abort(), PATIENCE, asking);
    const { signal } = asking;
    const response = await fetch(statusUrl, { headers, cache: "no-store", credentials: "same-origin", signal });
    if ([403, 404, 410].includes(response.status)) return { isGone: true };
    if (response.status === 304) return { isSame: true };
    if (!response.ok) throw new Error(`status ${response.status}`);
    const news = await response.json();
    etag = response.headers.get("ETag") || "";
    return { news };
  };

  const ask = (delay) =>
    setTimeout(async () => {
      if (isLeaving) return;
      let answer;
      try {
        answer = await request();
      } catch {
        return isLeaving || fail();
      }
      failures = 0;
      if (answer.isGone) return lookAgain();
      if (answer.isSame) {
        say(lastSentence);
        return ask(POLL);
      }
      return show(answer.news);
    }, delay);

  const tick = () => {
    if (countdown) {
      const left = Math.max(0, Math.ceil(Number(page.dataset.secondsLeft) - secondsSinceLoad()));
      countdown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }
    if (resendButton && Number(resendButton.dataset.voice2faResendIn) > 0) {
      const wait = Math.ceil(Number(resendButton.dataset.voice2faResendIn) - secondsSinceLoad());
      const note = resendButton.querySelector("[data-voice2fa-resend-wait]");
      if (note) note.textContent = wait > 0 ? note.textContent.replace(/\d+/, wait) : "";
      resendButton.disabled = wait > 0; // without this script the button always works, and the server says when
      if (wait <= 0) resendButton.dataset.voice2faResendIn = "0";
    }
  };

  // Not a question more once a form is sent: the session may get a new key by it, and this one be gone.
  page.addEventListener("submit", () => {
    isLeaving = true;
    if (asking) asking.abort();
  });

  // A page taken from the browser's memory shows a call that is long over.
  addEventListener("pageshow", (event) => {
    if (event.persisted) renew();
  });

  tick();
  setInterval(tick, 1000);
  if (page.dataset.state === "live") ask(POLL);
  if (page.dataset.state === "approved") complete();
})();
