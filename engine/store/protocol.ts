import type { Damage } from '../columns/upkeep/repair';
import type { PlainError } from '../errors';
import type { Tls } from './store';

/** How a store thread is told what to open. */
export type ThreadOptions = {
	role: 'operations' | 'questions' | 'upkeep';
	owner: string;
	accountZone: string;
} & ({ path: string } | { connectionString: string; schema: string; tls?: Tls });

/** One call to a store thread. `now` comes along, so that a shifted or manual clock rules there, too. */
export interface ThreadRequest {
	id: number;
	name: string;
	input: unknown;
	now: number;
}

export type ThreadResponse =
	| { id: number; output: unknown; error?: undefined }
	| { id: number; output?: undefined; error: PlainError };

/** Sent by the thread that answers questions when it met columns that are not what was written. */
export interface DamageNotice {
	damage: Damage;
}
