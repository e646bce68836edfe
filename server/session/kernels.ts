/** The kernels of a session together: which one an input goes to, and what is asked of all of them at once. */

import { ProtocolError } from '../../protocol/errors.ts';
import { type KernelFactory, type KernelName, kernelOf, type Language } from '../kernels/kernel.ts';
import { KernelSlot, type SlotContext } from './kernel-slot.ts';

export class Kernels {
  readonly #slots: ReadonlyMap<KernelName, KernelSlot>;

  constructor(context: SlotContext, factories: readonly KernelFactory[]) {
    this.#slots = new Map(factories.map((factory) => [factory.name, new KernelSlot(context, factory)]));
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

  /** True for code that cannot have changed anything a user sees; false when in doubt. */
  isPure(code: string, language: Language): boolean {
    return this.#slots.get(kernelOf(language))?.factory.isPure(code, language) ?? false;
  }
}
