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

let sending: Promise<void> = Promise.resolve();

/** From the server, with each join. */
export function setTicket(now: string): void {
  if (now === ticket.peek()) return;
  batch(() => {
    ticket.value = now;
    grade.value = wrong.value = null;
    rated.value = 'unsaid';
    trouble.value = '';
  });
}

// What is pressed fast comes to the server in order, and the page shows what it has.
function put(to: Grade | null, what: Wrong | null): Promise<void> {
  const before = { grade: grade.peek(), wrong: wrong.peek() };
  batch(() => {
    grade.value = to;
    wrong.value = what;
    trouble.value = '';
  });
  sending = sending.then(async () => {
    try {
      await putRating(ticket.peek(), to, what);
      rated.value = to ? 'kept' : 'back';
    } catch (error) {
      const title = error instanceof ProblemError ? error.problem.title : '';
      batch(() => {
        grade.value = before.grade;
        wrong.value = before.wrong;
        trouble.value = title || t('net.notDone');
      });
    }
  });
  return sending;
}

export const rate = (to: Grade) =>
  put(to, to === grade.peek() && to !== 'good' ? wrong.peek() : null);
export const say = (what: Wrong) =>
  put(grade.peek(), what === wrong.peek() ? null : what);
export const takeBack = () => put(null, null);
