/** The kernels of a session together: which one an input goes to, and what is asked of all of them at once. */

import { ProtocolError } from '../../protocol/errors.ts';
import { type KernelFactory, type KernelName, kernelOf, type Language } from '../kernels/kernel.ts';
import { KernelSlot, type SlotContext } from './kernel-slot.ts';

const TITLES: Readonly<Record<KernelName, string>> = { javascript: 'JavaScript', python: 'Python' };

export class Kernels {
  readonly #slots: ReadonlyMap<KernelName, KernelSlot>;
  /** Kernels whose turn waits for a variable of the other one. */
  readonly #waiting = new Set<KernelName>();

  constructor(context: SlotContext, factories: readonly KernelFactory[]) {
    const slot = (factory: KernelFactory): KernelSlot =>
      new KernelSlot(context, factory, (variable) => this.#readOther(factory.name, variable));
    this.#slots = new Map(factories.map((factory) => [factory.name, slot(factory)]));
  }

  /** Throws `ProtocolError` UNSUPPORTED when this server has no kernel for the language. */
  for(language: Language): KernelSlot {
    const slot = this.#slots.get(kernelOf(language));
    if (slot !== undefined) return slot;
    throw new ProtocolError('UNSUPPORTED', 'This server has no Python kernel. Use js or ts.');
  }

  get all(): readonly KernelSlot[] {
    return [...this.#slots.values()];
  }

  get isBusy(): boolean {
    return this.all.some((slot) => slot.isBusy);
  }

  /** Stops the input `number`; null: whatever runs. */
  interrupt(number: number | null): void {
    for (const slot of this.all) slot.interrupt(number);
  }

  /** The last terminal left. */
  left(): void {
    for (const slot of this.all) slot.left();
  }

  /** Settles once no turn is under way but those of inputs. */
  async rest(): Promise<void> {
    for (const slot of this.all) await slot.rests();
  }

  /** A terminal came, or the head is another revision: what kernels have to do by themselves goes on. */
  thaw(): void {
    for (const slot of this.all) slot.thaw();
  }

  /** Commits what background turns did. Nothing may be running. */
  settle(): void {
    for (const slot of this.all) slot.settle();
  }

  /** Forgets the kernels in memory: the head revision is another one than they hold. Nothing may be running. */
  reset(): void {
    for (const slot of this.all) slot.reset();
  }

  /** See `KernelIo.readOther`. Two kernels never wait for each other. */
  async #readOther(asker: KernelName, variable: string): Promise<string> {
    const other = this.all.find(({ name }) => name !== asker);
    if (other === undefined) throw new Error('This server has no Python kernel.');
    if (this.#waiting.has(other.name)) {
      throw new Error(
        `${TITLES[other.name]} waits for a variable of ${TITLES[asker]} itself: they cannot wait for each other.`,
      );
    }
    this.#waiting.add(asker);
    try {
      return await other.visit((kernel) => kernel.readVariable(variable));
    } finally {
      this.#waiting.delete(asker);
    }
  }

  /** True for code that cannot have changed anything a user sees; false when in doubt. */
  isPure(code: string, language: Language): boolean {
    return this.#slots.get(kernelOf(language))?.factory.isPure(code, language) ?? false;
  }
}
