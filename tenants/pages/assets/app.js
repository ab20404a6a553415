/* app.js -- behaviour added to pages that already read, filter and download without it.
   No inline handler, no dependency, no word of its own: what is said stands in data- attributes. */
(() => {
  const root = document.documentElement;

  /* The look follows the system until the reader chooses; only then is something kept. */
  try { const t = localStorage.getItem("theme"); if (t === "dark" || t === "light") root.dataset.theme = t; } catch { /* storage refused */ }
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);

  const actions = {
    themeToggle() {
      root.dataset.theme = dark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* storage refused */ }
    },
    toggle(button) {
      const open = document.getElementById(button.dataset.toggle).classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
    },
    copy(button) {
      const text = document.getElementById(button.dataset.copy).textContent.trim();
      navigator.clipboard?.writeText(text).then(() => { button.textContent = button.dataset.copied; }, () => {});
    },
  };
  document.addEventListener("click", (event) => {
    for (const [name, act] of Object.entries(actions)) {
      const attribute = name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
      const button = event.target.closest(`[data-${attribute}]`);
      if (button) return act(button);
    }
    return undefined;
  });
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector("[data-toggle][aria-expanded=true]");
    if (open) { open.click(); open.focus(); }
  });

  /* On a narrow screen the row of tabs scrolls: the present one is to be seen. */
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.closest("ul").scrollLeft = tab.offsetLeft - 48;

  /* A form that says data-live asks again when a choice changes: the same address a submit would open. */
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-live") && event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
  });
})();
