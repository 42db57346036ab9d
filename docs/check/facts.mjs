// What is read from a page. These functions run in the browser: they see nothing of this file.

/** At the width of a screen. */
export function factsOfPage() {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  return {
    title: document.title,
    heading: document.querySelector('h1')?.textContent ?? '',
    ids: all('[id]').map(({ id }) => id),
    links: all('a[href]').map(({ href }) => href),
    images: all('img').map(({ src, complete, naturalWidth, alt }) => ({
      src,
      alt,
      shown: complete && naturalWidth > 0,
    })),
    diagrams: all('figure.diagram').map((figure) => {
      const { width = 0, height = 0 } = figure.querySelector('svg')?.getBoundingClientRect() ?? {};
      return {
        drawn: width > 50 && height > 10,
        failed: /Syntax error in text/u.test(figure.textContent),
      };
    }),
    sources: all('code.mermaid, pre.mermaid').length,
  };
}

/** At the width of a phone: whether the page can be moved sideways, and what makes it so. */
export function overflow() {
  const { scrollWidth, clientWidth } = document.scrollingElement;
  if (scrollWidth <= clientWidth) return undefined;
  const wide = Array.from(document.body.querySelectorAll('*')).filter((element) => {
    const { right, width } = element.getBoundingClientRect();
    return width > 0 && right > clientWidth + 1 && !movesWithin(element);
  });
  function movesWithin(element) {
    for (let each = element; each !== document.body; each = each.parentElement) {
      const { overflowX, position } = getComputedStyle(each);
      if (position === 'fixed' || overflowX !== 'visible') return true;
    }
    return false;
  }
  // The innermost ones.
  const causes = wide.filter(
    (element) => !wide.some((other) => other !== element && element.contains(other)),
  );
  const named = causes.slice(0, 3).map(({ tagName, className, textContent }) => {
    const words = textContent.trim().slice(0, 40);
    return `${tagName.toLowerCase()}${className ? `.${className}` : ''} "${words}"`;
  });
  return { width: scrollWidth, causes: named };
}
