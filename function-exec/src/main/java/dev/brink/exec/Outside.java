package dev.brink.exec;

/**
 * What a function's doing reaches outside of its instances, but for its bindings.
 *
 * @param subrequests where its requests go
 * @param console where it prints
 * @param limitCounts where the limits that it meets are counted
 */
record Outside(Subrequests subrequests, ConsoleSink console, LimitCounts limitCounts) {
  private static final Subrequests REFUSED =
      (_, listener) -> {
        listener.onFailure(CutOffBinding.REFUSAL);
        return () -> {};
      };

  /** One in which nothing that a function does leaves a trace. */
  static Outside none() {
    return new Outside(REFUSED, (_, _, _, _) -> {}, new LimitCounts());
  }
}
