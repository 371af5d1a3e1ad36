// The role of one person. By arrows one passes others on the way; none of them is given.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { setRole } from '../lib/actions';
import { t } from '../lib/i18n';
import { me } from '../lib/state';
import { isHost, type Member, type Role } from '../lib/types';

const ROLES: readonly Role[] = ['host', 'co-host', 'presenter', 'participant', 'interpreter',
  'captioner', 'audience'];

export function RoleChoice({ m }: { m: Member }) {
  const wanted = useSignal<Role | null>(null);
  const byKey = useRef(false);
  const given = useRef(m.role);
  const now = useRef(m);
  now.current = m;
  const may = ROLES.filter((r) => me.value?.role === 'host' || !isHost(r));
  useEffect(() => { given.current = m.role; }, [m.role]);
  const give = () => {
    const role = wanted.peek();
    if (!role || role === given.current) return;
    given.current = role;
    void setRole(now.current, role).then((done) => {
      if (!done) given.current = now.current.role;
      if (wanted.peek() === role) wanted.value = null;
    });
  };
  useEffect(() => give, []);            // what was chosen counts, also when the menu is closed
  return (
    <label class="field rolechoice"><span class="over">{t('people.role')}</span>
      <select class="in" value={wanted.value ?? m.role}
        onKeyDown={(e) => {
          byKey.current = true;
          if (e.key !== 'Enter') return;
          e.preventDefault();
          give();
        }}
        onPointerDown={() => { byKey.current = false; }} onBlur={give}
        onChange={(e) => {
          wanted.value = e.currentTarget.value as Role;
          if (!byKey.current) give();
        }}>
        {may.map((r) => <option key={r} value={r}>{t(`role.${r}`)}</option>)}
      </select>
    </label>
  );
}
