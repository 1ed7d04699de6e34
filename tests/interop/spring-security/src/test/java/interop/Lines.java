package interop;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Prints each test on a line, what failed in full, and a closing line with the numbers. */
public class Lines implements TestExecutionListener {
    private int passed;
    private int failed;

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        boolean successful = result.getStatus() == Status.SUCCESSFUL;
        if (successful && !test.isTest()) {
            return;
        }
        if (successful) {
            passed++;
        } else {
            failed++;
        }
        System.out.printf("  %s  %s%n", successful ? "ok    " : "FAILED", test.getDisplayName());
        result.getThrowable().ifPresent(cause -> cause.printStackTrace(System.out));
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        System.out.printf("spring-security: %d passed, %d failed%n", passed, failed);
    }
}
