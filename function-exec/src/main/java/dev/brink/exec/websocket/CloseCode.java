package dev.brink.exec.websocket;

/** Why a connection is closed: section 7.4 of RFC 6455. */
public final class CloseCode {
  public static final int NORMAL = 1000;

  /** The endpoint goes away, or has been open for as long as it may. */
  public static final int GOING_AWAY = 1001;

  public static final int PROTOCOL_ERROR = 1002;

  /** Never sent: the peer's close had no code. */
  public static final int NONE = 1005;

  /** Never sent: the connection ended without a close. */
  public static final int ABNORMAL = 1006;

  /** A text is not UTF-8. */
  public static final int INVALID_DATA = 1007;

  /** The peer does not take what it asked for. */
  public static final int POLICY = 1008;

  public static final int TOO_LARGE = 1009;
  public static final int INTERNAL_ERROR = 1011;
  public static final int SERVICE_RESTART = 1012;
  public static final int TRY_AGAIN_LATER = 1013;

  /** Longest reason in UTF-8: a control frame's payload without the code. */
  public static final int MAX_REASON_BYTES = 123;

  private static final int FIRST_OF_LIBRARIES = 3000;
  private static final int LAST = 4999;

  /** Whether a close may say it. */
  public static boolean isSendable(int code) {
    return switch (code) {
      case 1004, NONE, ABNORMAL -> false;
      default -> (code >= 1000 && code <= 1014) || (code >= FIRST_OF_LIBRARIES && code <= LAST);
    };
  }

  private CloseCode() {}
}
