"""What is true of contacts on paper, without computers."""
