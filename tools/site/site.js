// Names, and a way in for the keyboard, for what the theme's own script puts on a page.
"use strict";

function name(element, text) {
  if (!element.hasAttribute("aria-label")) {
    element.setAttribute("aria-label", text);
  }
}

function mend() {
  document.querySelectorAll(".md-search[role=dialog]").forEach((one) => name(one, "Search"));
  document.querySelectorAll(".md-code__nav").forEach((one, number) => {
    name(one, `Code ${number + 1}`);
  });
  document.querySelectorAll(".md-typeset__scrollwrap").forEach((one) => {
    if (one.scrollWidth > one.clientWidth) {
      one.tabIndex = 0;
    }
  });
}

document.addEventListener("DOMContentLoaded", () => {
  mend();
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
});
addEventListener("resize", mend);
