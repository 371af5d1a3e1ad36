// The HTTP side of the server (docs/protocol.md, "HTTP beside it").
import { signal } from '@preact/signals';
import { lang } from './i18n';
import {
  ProblemError, type Config, type Grade, type MeetingSummary, type Problem, type Wrong,
} from './types';

const PATIENCE_MS = 15_000;      // a network that swallows everything never says no
const OFFLINE: Problem = { type: '/problem/offline', title: '', status: 0 };

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  let reply: Response;
  let text: string;
  try {
    reply = await fetch(`/api/v1/${path}`, {
      method,
      signal: AbortSignal.timeout?.(PATIENCE_MS),
      headers: {
        'Accept-Language': lang.peek(),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    text = await reply.text();
  } catch {
    throw new ProblemError(OFFLINE);
  }
  let found: unknown = null;
  try {
    found = text ? JSON.parse(text) : null;
  } catch {
    // Not from our server: something in between answered.
  }
  if (reply.ok) return found as T;
  throw new ProblemError((found as Problem | null)?.type
    ? found as Problem
    : { type: '/problem/other', title: '', status: reply.status });
}

export const config = signal<Config | null>(null);

export async function getConfig(): Promise<Config> {
  config.value = await ask<Config>('GET', 'config');
  return config.value;
}

export function signIn(user: string, password: string): Promise<void> {
  return ask('POST', 'session', { user, password });
}

export function signOut(): Promise<void> {
  return ask('DELETE', 'session');
}

export interface Created { code: string; url: string; number: string; host_invite: string }

export function createMeeting(title: string, lobby: boolean): Promise<Created> {
  return ask('POST', 'meetings', { title, lobby });
}

export function getMeeting(code: string): Promise<MeetingSummary> {
  return ask('GET', `meetings/${encodeURIComponent(code)}`);
}

export function findNumber(number: string): Promise<{ code: string }> {
  return ask('POST', 'numbers', { number });
}

export function putRating(
  ticket: string, rating: Grade | null, wrong: Wrong | null,
): Promise<void> {
  return ask('PUT', 'ratings', { ticket, rating, ...(wrong ? { wrong } : {}) });
}

export function report(page: string, text: string, contact: string): Promise<void> {
  return ask('POST', 'reports', { page, text, contact });
}
