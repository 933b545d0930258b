"""What a recording is and may do: names, states, paging, and the ports it is kept through."""
