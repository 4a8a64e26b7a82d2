package dev.brink.cache;

import java.util.Locale;

/** The kind of device that a user agent says it runs on. */
enum DeviceClass {
  MOBILE,
  TABLET,
  DESKTOP;

  static DeviceClass of(String userAgent) {
    String agent = userAgent.toLowerCase(Locale.ROOT);
    boolean mobile = agent.contains("mobile");
    if (agent.contains("ipad")
        || agent.contains("tablet")
        || (agent.contains("android") && !mobile)) {
      return TABLET;
    }
    return mobile || agent.contains("iphone") ? MOBILE : DESKTOP;
  }
}
