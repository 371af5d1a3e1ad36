// The one place where a script's address becomes a trusted one: scripts of this server, and no
// others (the policy "ting" of the page's Content-Security-Policy).

interface Policy { createScriptURL(url: string): unknown }
interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

let policy: Policy | undefined;

function own(url: string): string {
  if (new URL(url, location.href).origin !== location.origin) throw new TypeError('foreign script');
  return url;
}

/** For new Worker() and the like. */
export function scriptURL(url: string): string {
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
  if (!factory) return own(url);
  policy ??= factory.createPolicy('ting', { createScriptURL: own });
  return policy.createScriptURL(url) as string;
}
