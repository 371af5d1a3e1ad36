// Who stands where. A person keeps their place while they are there; who speaks or raises a hand
// changes places with one who has been quiet, and nobody else moves.

export interface Person {
  member: number;
  urgency: number;      // 0: none; larger: rather on the first page
  at: number;           // when they last spoke, ms
}

/** The new order. front: how many places the first page has. */
export function arrange(before: readonly number[], people: readonly Person[],
  front: number): number[] {
  const known = new Map(people.map((p) => [p.member, p]));
  const order = before.filter((m) => known.has(m));
  const there = new Set(order);
  for (const p of people) if (!there.has(p.member)) order.push(p.member);

  const outside = order.slice(front).map((m) => known.get(m)!)
    .filter((p) => p.urgency > 0)
    .sort((a, b) => b.urgency - a.urgency || b.at - a.at);
  for (const p of outside) {
    let quietest: Person | undefined;
    for (const m of order.slice(0, front)) {
      const q = known.get(m)!;
      if (q.urgency >= p.urgency) continue;
      if (!quietest || q.urgency < quietest.urgency
        || (q.urgency === quietest.urgency && q.at < quietest.at)) quietest = q;
    }
    if (!quietest) break;
    const from = order.indexOf(p.member);
    const to = order.indexOf(quietest.member);
    order[from] = quietest.member;
    order[to] = p.member;
  }
  return order;
}
