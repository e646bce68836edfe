/**
 * The isolate's memory, shared by all sessions that live in it: 128 MB on Cloudflare. Before a kernel is booted, idle
 * ones of any session make room, the least recently used first; they boot again from their stored heaps when needed.
 */

/** A kernel in memory. */
export interface Tenant {
  /** Of its own. */
  readonly id: symbol;
  /** That it takes now. */
  readonly bytes: number;
  /** Leaves memory if it is idle; false if it cannot now. Called from another object: no input or output is allowed in it. */
  leave(): boolean;
}

const MiB = 1024 * 1024;
/** Room for kernels on Cloudflare; the rest of the isolate's 128 MB is for code, sockets and what requests hold. */
const BUDGET_BYTES = 90 * MiB;

export class MemoryBudget {
  /** Idle tenants leave for a newcomer beyond this. */
  readonly #budget: number;
  /** What busy tenants may take together. */
  #limit: number;
  /** Least recently used first. Weakly: an object that the platform puts to sleep takes its kernel along untold. */
  readonly #tenants = new Map<Tenant['id'], WeakRef<Tenant>>();

  constructor(budget: number = BUDGET_BYTES) {
    this.#budget = budget;
    this.#limit = budget;
  }

  /**
   * Lets busy tenants take as much as the deployment says (`Env.KERNEL_MEMORY_MIB`), if it does. Idle ones leave as early
   * as before: a kernel boots faster into memory that another has just left than into more of it.
   */
  allow(mebibytes: string | undefined): void {
    if (mebibytes !== undefined) this.#limit = Number(mebibytes) * MiB;
  }

  /**
   * Makes idle tenants leave until `bytes` more fit, or none is left that can. Busy ones are not counted against the
   * newcomer: one that seems busy may belong to an object that is gone. Whether they fit beside the busy ones, for those
   * who can wait.
   */
  makeRoom(bytes: number): boolean {
    let used = this.#used();
    for (const [id, reference] of this.#tenants) {
      if (used + bytes <= this.#budget) return true;
      const tenant = reference.deref();
      const its = tenant?.bytes ?? 0;
      if (tenant !== undefined && !tenant.leave()) continue;
      this.#tenants.delete(id);
      used -= its;
    }
    return used + bytes <= this.#limit;
  }

  /** A tenant came, or was used once more. */
  use(tenant: Tenant): void {
    this.#tenants.delete(tenant.id);
    this.#tenants.set(tenant.id, new WeakRef(tenant));
  }

  #used(): number {
    let sum = 0;
    for (const reference of this.#tenants.values()) sum += reference.deref()?.bytes ?? 0;
    return sum;
  }
}

/** Of this isolate. */
export const isolateMemory = new MemoryBudget();
