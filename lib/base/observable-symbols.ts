// What libraries take for Symbol.observable where the runtime has none: RxJS; kefir and bacon; and xstream,
// most and others by way of the package symbol-observable.
const agreed: readonly (string | symbol)[] = [
  '@@observable',
  Symbol.for('observable'),
  Symbol.for('https://github.com/benlesh/symbol-observable'),
];

/** Gives a prototype the method that libraries which know Observables look for, under all its names. */
export class ObservableSymbols {
  readonly #prototype: object;
  readonly #method: () => unknown;
  #present: symbol | undefined;

  constructor(prototype: object, method: () => unknown) {
    this.#prototype = prototype;
    this.#method = method;
    for (const name of agreed) this.#define(name);
  }

  /**
   * To be called at each occasion: a library may define `Symbol.observable` at any time, as a symbol that
   * nobody can foresee.
   */
  look(): void {
    const { observable } = Symbol as { observable?: unknown };
    if (observable === this.#present || typeof observable !== 'symbol') return;
    this.#present = observable;
    this.#define(observable);
  }

  #define(name: string | symbol): void {
    Object.defineProperty(this.#prototype, name, {
      configurable: true,
      writable: true,
      value: this.#method,
    });
  }
}
