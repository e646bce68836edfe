/** Answers what terminals ask about code and files. While the kernel is busy, answers come from the last idle moment. */

import type { Answer, Question } from '../../protocol/control.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Variable } from '../kernels/kernel.ts';
import type { KernelSlot } from './kernel-slot.ts';
import type { Kernels } from './kernels.ts';
import type { SessionStore } from './store.ts';

export class Questions {
  readonly #store: SessionStore;
  readonly #kernels: Kernels;
  /** Variables as of the last time that an idle kernel was asked for them. */
  readonly #variables = new Map<KernelSlot, Variable[]>();

  constructor(store: SessionStore, kernels: Kernels) {
    this.#store = store;
    this.#kernels = kernels;
  }

  async answer(question: Question): Promise<Answer> {
    if (question.kind === 'files') return this.#files();
    const slot = this.#kernels.for(question.language);
    switch (question.kind) {
      case 'isComplete':
        return { kind: 'isComplete', completeness: slot.factory.isComplete(question.code, question.language) };
      case 'split': {
        const { language, code, from } = question;
        if (from > code.length) throw new ProtocolError('BAD_MESSAGE', 'What is known goes beyond the code.');
        const { inputs, through } = slot.factory.split(code, language, from);
        return { kind: 'split', inputs: inputs.map(([start, end]) => [start, end]), through };
      }
      case 'variables': {
        const variables = await this.#freshVariables(slot);
        return { kind: 'variables', variables: variables ?? this.#known(slot), stale: variables === null };
      }
      case 'complete': {
        checkCursor(question);
        const completion = await slot.ask((kernel) => kernel.complete(question.code, question.cursor));
        if (completion !== null)
          return { kind: 'complete', ...completion, candidates: [...completion.candidates], stale: false };
        return { kind: 'complete', ...this.#completeFromNames(slot, question.code, question.cursor), stale: true };
      }
      case 'inspect': {
        checkCursor(question);
        const inspection = await slot.ask((kernel) => kernel.inspect(question.code, question.cursor) ?? { text: null });
        return { kind: 'inspect', text: inspection?.text ?? null, stale: inspection === null };
      }
    }
  }

  async #freshVariables(slot: KernelSlot): Promise<Variable[] | null> {
    const variables = await slot.ask((kernel) => kernel.variables());
    if (variables !== null) this.#variables.set(slot, variables);
    return variables;
  }

  #known(slot: KernelSlot): Variable[] {
    return this.#variables.get(slot) ?? [];
  }

  /** Completes a lone name from the variables known; anything deeper would have to enter the busy kernel. */
  #completeFromNames(
    slot: KernelSlot,
    code: string,
    cursor: number,
  ): { from: number; to: number; candidates: string[] } {
    const name = /(?<![\w$.])[\w$]*$/.exec(code.slice(0, cursor))?.[0] ?? '';
    const candidates = this.#known(slot).map((variable) => variable.name);
    return {
      from: cursor - name.length,
      to: cursor,
      candidates: candidates.filter((candidate) => candidate.startsWith(name)),
    };
  }

  #files(): Answer {
    const files = this.#store.files.view('head').files;
    const entries: Extract<Answer, { kind: 'files' }>['entries'] = [];
    walk(files, '', (path, kind, size) => entries.push([path, kind, size]));
    return { kind: 'files', entries, revision: this.#store.revisions.head?.number ?? 0 };
  }
}

function walk(
  files: FileSystem,
  directory: string,
  visit: (path: string, kind: 'file' | 'directory', size: number) => void,
): void {
  for (const { name, kind, size } of files.list(directory)) {
    const path = directory === '' ? name : `${directory}/${name}`;
    visit(path, kind, size);
    if (kind === 'directory') walk(files, path, visit);
  }
}

function checkCursor({ code, cursor }: { code: string; cursor: number }): void {
  if (cursor > code.length) throw new ProtocolError('BAD_MESSAGE', 'The cursor is beyond the code.');
}
