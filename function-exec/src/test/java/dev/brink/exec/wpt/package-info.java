/** Runs web-platform-tests inside the sandbox: see {@link dev.brink.exec.wpt.WptMain}. */
@NullMarked
package dev.brink.exec.wpt;

import org.jspecify.annotations.NullMarked;
