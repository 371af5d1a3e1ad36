// How was it? What the person says on the page after the meeting, and whether the server has it.
import { batch, signal } from '@preact/signals';
import { putRating } from './api';
import { t } from './i18n';
import { ProblemError, type Grade, type Wrong } from './types';

/** Lets this participant, and nobody else, say it; "": there is nothing to say it about. */
export const ticket = signal('');
export const grade = signal<Grade | null>(null);
export const wrong = signal<Wrong | null>(null);
/** unsaid → kept (may change) → back: taken back. */
export const rated = signal<'unsaid' | 'kept' | 'back'>('unsaid');
export const trouble = signal('');

interface Answer { grade: Grade | null; wrong: Wrong | null }

let kept: Answer = { grade: null, wrong: null };      // what the server has
let sending: Promise<void> = Promise.resolve();
let under_way = 0;

function show(answer: Answer): void {
  grade.value = answer.grade;
  wrong.value = answer.wrong;
}

/** From the server, with each join. */
export function setTicket(now: string): void {
  if (now === ticket.peek()) return;
  kept = { grade: null, wrong: null };
  batch(() => {
    ticket.value = now;
    show(kept);
    rated.value = 'unsaid';
    trouble.value = '';
  });
}

async function send(of: string, answer: Answer): Promise<void> {
  let no = '';
  try {
    await putRating(of, answer.grade, answer.wrong);
  } catch (error) {
    no = (error instanceof ProblemError && error.problem.title) || t('net.notDone');
  }
  under_way -= 1;
  if (of !== ticket.peek()) return;         // in another meeting by now
  batch(() => {
    trouble.value = no;
    if (!no) {
      kept = answer;
      rated.value = answer.grade ? 'kept' : 'back';
    }
    if (!under_way) show(kept);
  });
}

// What is pressed fast comes to the server in order; the page shows what was pressed, and in the
// end what the server has.
function put(answer: Answer): Promise<void> {
  batch(() => {
    show(answer);
    trouble.value = '';
  });
  under_way += 1;
  const of = ticket.peek();
  sending = sending.then(() => send(of, answer));
  return sending;
}

export const rate = (to: Grade) =>
  put({ grade: to, wrong: to === grade.peek() && to !== 'good' ? wrong.peek() : null });
export const say = (what: Wrong) =>
  put({ grade: grade.peek(), wrong: what === wrong.peek() ? null : what });
export const takeBack = () => put({ grade: null, wrong: null });
