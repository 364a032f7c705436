// Says whether this browser trusts the gateway's certificate, and opens the steps for this kind of phone.
const box = document.querySelector("[data-state]");
const steps = document.getElementById(kindOfPhone());
const TEXTS = {
  checking: ["Looking whether this phone trusts the computer", ""],
  trusted: ["This phone trusts the computer", "Camera, offline use and installing work. Keep the page on your home screen."],
  unknown: ["Not set up on this phone yet", "Follow the steps below. They are needed once."],
  unreached: ["The computer does not answer", "Is it still running, and is this phone in the same network?"],
};

function kindOfPhone() {
  if (/android/i.test(navigator.userAgent)) return "android";
  // An iPad calls itself a Mac; a Mac has no touch screen.
  const apple = /iphone|ipad|ipod/i.test(navigator.userAgent);
  const iPad = /macintosh/i.test(navigator.userAgent) && navigator.maxTouchPoints > 1;
  return apple || iPad ? "ios" : "computer";
}

function show(state) {
  const [title, text] = TEXTS[state];
  box.dataset.state = state;
  box.querySelector("h2").textContent = title;
  box.querySelector("p").textContent = text;
  // Without trust the link leads to a browser's warning: the steps come first.
  box.querySelector("a").hidden = state !== "trusted";
  box.querySelector("button").hidden = state === "trusted" || state === "checking";
  document.getElementById("why").hidden = state === "trusted";
  if (state === "trusted" || state === "unknown") steps.open = state === "unknown";
}

async function answers(address) {
  try {
    await fetch(address, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(5000) });
    return true;
  } catch {
    return false;
  }
}

// Who has clicked a warning away is given pages, but no service worker: that takes a certificate which is trusted.
async function workerAllowed() {
  try {
    const worker = await navigator.serviceWorker.register("/lan/worker.js", { scope: "/lan/" });
    await worker.unregister();
    return true;
  } catch {
    return false;
  }
}

async function check() {
  show("checking");
  const secure = location.protocol === "https:" && "serviceWorker" in navigator;
  if (await (secure ? workerAllowed() : answers(box.dataset.probe))) show("trusted");
  else show((await answers("/lan/probe")) ? "unknown" : "unreached");
}

box.querySelector("button").addEventListener("click", check);
// Whoever comes back from the phone's settings wants to know at once.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && check());
check();
