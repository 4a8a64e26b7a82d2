package dev.brink.placement.origin;

/** How a request to an origin ended, as far as it says something about the origin. */
public enum Outcome {
  /** An answer that does not blame the origin. */
  SUCCESS,
  /** No connection, a broken one, no answer in time, or an answer that blames the origin. */
  FAILURE,
  /** Says nothing: the caller went away first. */
  ABANDONED
}
