// Names for the theme's arrows in the list of pages, which have none.
"use strict";
for (const arrow of document.querySelectorAll("summary:has(> .toctree-toggle)")) {
  const page = arrow.closest("li").querySelector("a");
  const words = document.documentElement.lang.startsWith("zh") ? "展开：" : "Pages below ";
  arrow.setAttribute("aria-label", words + page.textContent.trim());
}

// Notes and notebooks share titles, so each result of a search says its folder.
const results = document.getElementById("search-results");
const named = () => {
  for (const link of results.querySelectorAll("li > a:not([data-folder])")) {
    const parts = link.getAttribute("href").split(/[?#]/)[0].split("/");
    link.dataset.folder = parts.at(-2) ?? "";
  }
};
if (results) {
  new MutationObserver(named).observe(results, { childList: true, subtree: true });
}
