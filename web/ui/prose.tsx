// A text from a setting: paragraphs, headings after "## ", lists after "- ".

function block(text: string, key: number) {
  const lines = text.split('\n');
  if (text.startsWith('## ')) {
    return (
      <>
        <h2 key={key}>{lines[0]!.slice(3)}</h2>
        {lines.length > 1 && <p>{lines.slice(1).join(' ')}</p>}
      </>
    );
  }
  if (lines.every((line) => line.startsWith('- '))) {
    return <ul key={key}>{lines.map((line, i) => <li key={i}>{line.slice(2)}</li>)}</ul>;
  }
  return <p key={key}>{text}</p>;
}

export function Prose({ text }: { text: string }) {
  return <div class="prose">{text.trim().split(/\n\s*\n/).map(block)}</div>;
}
