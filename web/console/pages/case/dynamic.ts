/**
 * C4's dynamic diagram as a flow chart: the same parts, relations and numbers. Mermaid draws the former with the labels of
 * relations on top of each other. What is no such diagram stays as it is.
 */
export function asFlowChart(source: string): string {
  if (!source.startsWith('C4Dynamic')) return source;
  const lines = ['flowchart LR'];
  for (const line of source.split('\n')) {
    const part = /^\s*(Person|Container)\((\w+), "([^"]*)"\)/.exec(line);
    const relation = /^\s*Rel\((\w+), (\w+), "([^"]*)"\)/.exec(line);
    if (part) lines.push(part[1] === 'Person' ? `  ${part[2]}(["${part[3]}"])` : `  ${part[2]}["${part[3]}"]`);
    if (relation) lines.push(`  ${relation[1]} -->|"${short(relation[3] ?? '')}"| ${relation[2]}`);
  }
  return lines.join('\n');
}

const shownMost = 4;

/** The first few of what went this way: the sequence beside it has them all. `1.` would begin a list. */
function short(labels: string): string {
  const all = labels.split('<br/>').map((label) => label.replace(/^(\d+)\. /, '$1 · '));
  return (all.length > shownMost ? [...all.slice(0, shownMost), `+${all.length - shownMost}`] : all).join('<br/>');
}
