"""What is written down: names, receipts, the calendar."""
