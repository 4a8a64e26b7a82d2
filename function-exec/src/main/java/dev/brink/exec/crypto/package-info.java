/** Web Cryptography's operations on the JDK's providers. Knows nothing of JavaScript. */
@NullMarked
package dev.brink.exec.crypto;

import org.jspecify.annotations.NullMarked;
