// Names for the theme's arrows in the list of pages, which have none.
"use strict";
for (const arrow of document.querySelectorAll("summary:has(> .toctree-toggle)")) {
  const page = arrow.closest("li").querySelector("a");
  const words = document.documentElement.lang.startsWith("zh") ? "展开：" : "Pages below ";
  arrow.setAttribute("aria-label", words + page.textContent.trim());
}
