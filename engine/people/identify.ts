import type { CleanAlias, CleanEvent, CleanProfile } from './clean';
import { emailIdentity, type Directory, type Somebody } from './directory';
import { Unacceptable } from './limits';

/** How far the identities of an input may reach. */
export interface IdentityRules {
	public: boolean;
	emails: boolean;
	protectedProperties: ReadonlySet<string>;
}

/**
 * Decides which ids are one person.
 *
 * A user id and an anonymous id in one record belong together. A person who so far was only an anonymous id becomes the
 * user (or merges into them). An anonymous id that belongs to another user changes hands: it is a device that somebody
 * else has logged in on, and from then on its events are theirs. Two people with user ids are made one only by an alias.
 */
export class Identifier {
	constructor(
		private readonly directory: Directory,
		private readonly rules: IdentityRules,
	) {}

	/** The person a record is about, made where unknown. */
	whoOf(record: CleanProfile | CleanEvent): Somebody {
		const who = this.byIds(record.user, record.anonymousId);
		const email = this.rules.emails && record.list === 'profiles' && typeof record.email === 'string' ? emailIdentity(record.email) : undefined;
		return email === undefined ? (who as Somebody) : this.withEmail(who, email);
	}

	/** Whether the store or an earlier record already knows a person with a user id under the record's ids. */
	isKnown({ user, anonymousId }: CleanProfile): boolean {
		if (user !== undefined) return this.directory.find('user', user) !== undefined;
		return anonymousId !== undefined && this.directory.find('anonymous', anonymousId)?.known === true;
	}

	/** Makes one person of the two that an alias names. */
	alias({ from, to }: CleanAlias): void {
		const { directory } = this;
		const target = directory.find('user', to) ?? directory.find('anonymous', to);
		const source = directory.find('user', from) ?? directory.find('anonymous', from);
		if (source && source === target) return;
		if (this.rules.public && source?.known) throw new Unacceptable('a public key may not make one person out of two with user ids');
		if (!source) {
			const who = target ?? directory.create([['user', to]]);
			directory.bind('anonymous', from, who);
			// A public key must not reserve user ids that nobody has used yet.
			if (!this.rules.public) directory.bind('user', from, who);
		} else if (!target) directory.bind('user', to, source);
		else this.merge(source, target);
	}

	private byIds(user: string | undefined, anonymousId: string | undefined): Somebody | undefined {
		const { directory } = this;
		const byUser = user === undefined ? undefined : directory.find('user', user);
		const byAnonymous = anonymousId === undefined ? undefined : directory.find('anonymous', anonymousId);
		if (user === undefined) return byAnonymous ?? (anonymousId === undefined ? undefined : directory.create([['anonymous', anonymousId]]));
		if (anonymousId === undefined) return byUser ?? directory.create([['user', user]]);
		if (byUser && byUser === byAnonymous) return byUser;
		if (byAnonymous && !byAnonymous.known) {
			if (byUser) this.merge(byAnonymous, byUser);
			else directory.bind('user', user, byAnonymous);
			return byUser ?? byAnonymous;
		}
		const who = byUser ?? directory.create([['user', user]]);
		directory.bind('anonymous', anonymousId, who);
		return who;
	}

	private withEmail(who: Somebody | undefined, email: string): Somebody {
		const { directory } = this;
		const byEmail = directory.find('email', email);
		if (!byEmail) {
			if (!who) return directory.create([['email', email]]);
			directory.bind('email', email, who);
			return who;
		}
		if (!who || who === byEmail || (who.known && byEmail.known)) return who ?? byEmail;
		const [from, into] = who.known ? [byEmail, who] : [who, byEmail];
		this.merge(from, into);
		return into;
	}

	/** What somebody without a user id has said about themselves must not reach a known person's addresses through a public key. */
	private merge(from: Somebody, into: Somebody): void {
		const guarded = this.rules.public && into.known;
		if (from.state && into.state) {
			const reason = into.state.absorb(from.state, {
				addresses: !guarded,
				except: guarded ? this.rules.protectedProperties : new Set(),
			});
			if (reason !== undefined) throw new Unacceptable(reason);
		}
		this.directory.merge(from, into);
	}
}
