package dev.brink.mesh.exchange;

import dev.brink.mesh.http.Problem;

/**
 * Why a call has no response.
 *
 * @param problem what the client is told if the call is not tried again
 * @param reach how far the call got, which decides whether it may be tried elsewhere
 * @param said what the function has said of it, for whoever runs it and for no client; at most
 *     {@value #MAX_SAID} characters, empty for nothing
 */
public record CallFailure(Problem problem, Reach reach, String said) {
  /** Characters of a function's message that are kept. */
  public static final int MAX_SAID = 1024;

  public CallFailure {
    said = said.length() <= MAX_SAID ? said : said.substring(0, MAX_SAID - 1) + "…";
  }

  /** One of which no function has said anything. */
  public CallFailure(Problem problem, Reach reach) {
    this(problem, reach, "");
  }

  /** How far a failed call got. */
  public enum Reach {
    /** Refused before it started ("busier than I said"): any request may be tried elsewhere. */
    REFUSED,
    /** Refused before it started as its tenant has what it may there; others may have room. */
    TENANT_BUSY,
    /** Never sent, or known not to have been read: any request may be tried elsewhere. */
    NOT_STARTED,
    /** Not started as its version is not loaded there; other functions may be. */
    NOT_LOADED,
    /** It may have run: only a safe or idempotent request may be tried elsewhere. */
    UNKNOWN,
    /** It ran and failed: trying again would only fail again. */
    RAN
  }
}
