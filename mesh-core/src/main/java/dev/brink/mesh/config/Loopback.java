package dev.brink.mesh.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Tells addresses that only this machine reaches. */
final class Loopback {
  static void require(String option, String bindAddress) {
    if (!is(bindAddress)) {
      throw InvalidConfigException.of(
          option,
          Printable.of(bindAddress),
          "a loopback address, or tls.certificate, tls.key and tls.ca for mutual TLS, or insecure"
              + " = true for a network you trust");
    }
  }

  private static boolean is(String address) {
    try {
      for (InetAddress resolved : InetAddress.getAllByName(address)) {
        if (!resolved.isLoopbackAddress()) {
          return false;
        }
      }
      return true;
    } catch (UnknownHostException _) {
      return false;
    }
  }

  private Loopback() {}
}
