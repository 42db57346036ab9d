// What the facts of the pages have to be.

/** Each link leads to a page or file that is there, and to a place in it that is there. External ones are returned, unfetched. */
export function checkLinks(facts, files, site, problems) {
  const external = new Set();
  const reached = new Set([`${site}index.html`]);
  let count = 0;
  for (const [url, { links }] of facts) {
    for (const link of links) {
      count += 1;
      if (!link.startsWith(site)) {
        external.add(link);
        continue;
      }
      const [target, anchor = ''] = link.replace(/\/(?=#|$)/u, '/index.html').split('#');
      if (target !== url) reached.add(target);
      if (!files.has(target)) problems.add(url, `broken link: ${link}`);
      else if (target.endsWith('.md'))
        problems.add(url, `a link to Markdown, not to a page: ${link}`);
      else if (anchor !== '' && !facts.get(target)?.ids.includes(decodeURIComponent(anchor))) {
        problems.add(url, `no such place: ${link}`);
      }
    }
  }
  for (const url of facts.keys()) if (!reached.has(url)) problems.add(url, 'no page leads here');
  return {
    count,
    external: Array.from(external).toSorted((one, other) => one.localeCompare(other)),
  };
}

export function checkContents(facts, problems) {
  for (const [url, { title, heading, images, diagrams, sources }] of facts) {
    if (title.trim() === '') problems.add(url, 'no title');
    if (heading.trim() === '') problems.add(url, 'no heading');
    for (const { src, alt, shown } of images) {
      if (!shown) problems.add(url, `a picture does not load: ${src}`);
      if (alt.trim() === '') problems.add(url, `a picture has no text: ${src}`);
    }
    if (sources > 0) problems.add(url, 'shows the source of a Mermaid diagram');
    for (const { drawn, failed } of diagrams) {
      if (!drawn || failed) problems.add(url, 'a diagram is not drawn');
    }
  }
}

export function checkDiagrams(facts, expected, site, problems) {
  const drawn = Array.from(facts.values()).flatMap(({ diagrams }) => diagrams).length;
  if (drawn !== expected)
    problems.add(site, `${expected} diagrams in Markdown, and ${drawn} on the site`);
  return drawn;
}
