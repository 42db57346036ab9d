// Draws the diagrams of a page, in the colours that it has, and again where those change.
'use strict';

(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const diagrams = Array.from(document.querySelectorAll('pre.mermaid'), (source) => ({
    figure: source.parentElement,
    text: source.textContent,
  }));
  let drawing = shown();

  function shown() {
    return new Promise((resolve) => {
      const look = () => {
        if (document.body.style.display === 'none') requestAnimationFrame(look);
        else resolve();
      };
      look();
    });
  }

  function isDark() {
    const { theme } = document.documentElement.dataset;
    return theme === 'dark' || (theme !== 'light' && dark.matches);
  }

  async function draw() {
    const { mermaid } = window;
    const { dataset } = document.documentElement;
    mermaid.initialize({
      startOnLoad: false,
      theme: isDark() ? 'dark' : 'neutral',
      fontFamily: getComputedStyle(document.body).fontFamily,
      flowchart: { useMaxWidth: false },
      sequence: { useMaxWidth: false },
      state: { useMaxWidth: false },
    });
    for (const [index, { figure, text }] of diagrams.entries()) {
      try {
        const { svg } = await mermaid.render(`diagram-${index}`, text);
        figure.innerHTML = svg;
      } catch (error) {
        console.error('A diagram is not drawn:', error.message);
      }
    }
    dataset.drawn = 'yes';
  }

  /** One after another: what is drawn has ids. */
  function drawNext() {
    drawing = drawing.then(draw);
  }

  document.documentElement.dataset.drawn = 'no';
  drawNext();
  dark.addEventListener('change', drawNext);
  new MutationObserver(drawNext).observe(document.documentElement, {
    attributeFilter: ['data-theme'],
  });
})();
