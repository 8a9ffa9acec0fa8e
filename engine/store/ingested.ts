import { recordsIn } from './keep-columns';

/** Who wants to hear of events that this process has stored. */
export class Ingested {
	private readonly listeners = new Set<() => void>();

	add(listener: () => void): () => void {
		this.listeners.add(listener);
		return () => void this.listeners.delete(listener);
	}

	/** Tells of an operation that is committed, if it stored events. */
	tell(name: string, input: unknown): void {
		if (this.listeners.size === 0 || recordsIn(name, input) === 0) return;
		for (const listener of this.listeners) listener();
	}
}
