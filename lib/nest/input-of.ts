import { of, type ObservableInput } from 'rxjs';

/** What a serializer or a deserializer gave, at once where it is no promise. */
export function inputOf<T>(given: T | Promise<T>): ObservableInput<T> {
  return given instanceof Promise ? given : of(given);
}
