package dev.brink.cache;

import java.util.Locale;

/** The kind of device that a user agent says it runs on. */
enum DeviceClass {
  MOBILE,
  TABLET,
  DESKTOP;

  static DeviceClass of(String userAgent) {
    String agent = userAgent.toLowerCase(Locale.ROOT);
    boolean mobile =
        agent.contains("mobi") || agent.contains("iphone") || agent.contains("opera mini");
    // Of what a desktop can do, Internet Explorer said "Tablet PC".
    boolean tablet = agent.contains("tablet") && !agent.contains("tablet pc");
    if (agent.contains("ipad") || tablet || (agent.contains("android") && !mobile)) {
      return TABLET;
    }
    return mobile ? MOBILE : DESKTOP;
  }
}
